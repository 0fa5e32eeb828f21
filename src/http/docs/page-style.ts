/** The style sheet of `/docs` and of the guides: one column for phones; dark if the reader's system is. */
export const STYLE = `:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #fff; --code: #f3f4f6; --link: #0a58ca }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e6e6; --soft: #a0a6ad; --line: #3a3f45; --back: #16181b; --code: #22262b; --link: #7db3ff }
}
* { box-sizing: border-box }
body { margin: 0; color: var(--text); background: var(--back); font: 16px/1.55 system-ui, sans-serif }
a[href] { color: var(--link) }
nav, main, aside, noscript { display: block; max-width: 60rem; margin: 0 auto; padding: .75rem 1.25rem }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; border-bottom: 1px solid var(--line); font-size: .9rem }
main { overflow-wrap: anywhere }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .75rem }
h1 { margin-top: 1rem }
:is(main, aside) :is(pre, code) { font: .875rem/1.5 ui-monospace, monospace; background: var(--code); border-radius: .3rem }
:is(main, aside) code { padding: .1rem .3rem }
:is(main, aside) pre { padding: .75rem 1rem; overflow-x: auto }
:is(main, aside) pre code { padding: 0 }
.api :is(nav, aside) { max-width: 1460px }
.api .info { margin: 1rem 0 }
.api .info .link, .api .info__license { display: none }
.api .scheme-container { padding: 1rem 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
main th, main td { border-bottom: 1px solid var(--line); padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top }
main :is(th, td) { overflow-wrap: normal }
img { max-width: 100%; background: #fff }
`
