#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { type KeyRole, keyRoles } from '../access/roles.ts'
import { type Config, readConfig } from '../config.ts'
import { line, Moment } from '../lib/schemas.ts'
import { UserError, userErrorText } from './user-error.ts'
import type { Verification } from './verify-webhook.ts'

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
// Whoever reads the output may stop, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

/** Runs a command with the settings; what an operator can put right is told in a line each, not in a stack. */
const withConfig =
  <A extends unknown[]>(command: (config: Config, ...args: A) => Promise<unknown>) =>
  async (...args: A) => {
    try {
      await command(readConfig(process.env), ...args)
    } catch (error) {
      const reason = userErrorText(error)
      if (reason === undefined) throw error
      process.stderr.write(reason.replace(/^/gm, 'dateline: ').concat('\n'))
      // At once: a look-up of a name that does not come would keep the process.
      process.exit(1)
    }
  }

const roleArgument = (value: string): KeyRole => {
  const role = keyRoles.find((one) => one === value)
  if (!role) throw new InvalidArgumentError(`It is one of ${keyRoles.join(', ')}.`)
  return role
}

const nameArgument = (value: string): string => {
  const { data } = line(200).safeParse(value)
  if (data === undefined) throw new InvalidArgumentError('It is a line of 1 to 200 characters.')
  return data
}

const timeArgument = (value: string): string => {
  const { data } = Moment.safeParse(value)
  if (data === undefined) throw new InvalidArgumentError('It is a time such as 2030-01-31T12:00:00Z.')
  if (data <= new Date().toISOString()) throw new InvalidArgumentError('It is in the past.')
  return data
}

const secondsArgument = (value: string): number => {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('It is a number of seconds.')
  return Number(value)
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const program = new Command('dateline')
  .description('A headless CMS for newsrooms. Settings come from the environment: see docs/configuration.md.')
  .version(version)
  .configureOutput({
    outputError: (text, write) =>
      write(
        `dateline: ${text
          .replace(/^error: /, '')
          .trim()
          .replaceAll('\n', ' ')}\n`,
      ),
  })
  .addHelpText(
    'after',
    `
Examples:
  $ dateline serve                                      serve at http://localhost:3000, the docs at /docs
  $ dateline keys create --role editor --name "Night desk"
  $ dateline sample                                     fill an empty database with an invented newsroom
  $ DATABASE_URL=postgres://localhost/news dateline migrate`,
  )

program
  .command('serve')
  .description('Start the service; so does no command at all. The first admin key is made and shown, once.')
  .action(
    withConfig(async (config) => {
      const { serve } = await import('../server.ts')
      const app = await serve(config, say)
      const [address] = app.addresses()
      if (typeof address === 'object')
        say(`Dateline serves at http://${config.HOST}:${address.port} (the docs are at /docs).`)
    }),
  )

program
  .command('migrate')
  .description('Make the database, or bring its schema up to date, and end. `serve` does so too.')
  .action(
    withConfig(async (config) => {
      const { withStorage } = await import('./with-storage.ts')
      await withStorage(config, async () => {})
      say('The schema is up to date.')
    }),
  )

const keys = program.command('keys').description('Make, list and revoke keys.')

keys
  .command('create')
  .description('Make a key. It is shown this once: the database keeps a hash of it.')
  .requiredOption('--role <role>', `what it may do: ${keyRoles.join(', ')}`, roleArgument)
  .option('--name <name>', 'whose it is', nameArgument, 'Unnamed')
  .option('--expires <time>', 'when it becomes void, such as 2030-01-31T12:00:00Z', timeArgument)
  .action(
    withConfig(async (config, { role, name, expires }: { role: KeyRole; name: string; expires?: string }) => {
      const { createKeyCommand } = await import('./keys.ts')
      say(await createKeyCommand(config, { role, name, expiresAt: expires }))
    }),
  )

keys
  .command('list')
  .description('List the keys, newest first, without their secrets.')
  .action(
    withConfig(async (config) => {
      const { listKeysCommand } = await import('./keys.ts')
      await listKeysCommand(config, say)
    }),
  )

keys
  .command('revoke')
  .description('Revoke a key. It is void at once, in every process.')
  .argument('<id>', 'the id of the key, as `keys list` shows it')
  .action(
    withConfig(async (config, id: string) => {
      const { revokeKeyCommand } = await import('./keys.ts')
      if (!(await revokeKeyCommand(config, id))) throw new UserError(`there is no key ${id}`)
      say(`The key ${id} is revoked.`)
    }),
  )

program
  .command('sample')
  .description('Fill an empty database with a sample newsroom: invented stories with all that belongs to them.')
  .action(
    withConfig(async (config) => {
      const { sampleCommand } = await import('./sample.ts')
      await sampleCommand(config, say)
    }),
  )

program
  .command('reindex')
  .description('Make the index of articles anew, from what is live. The service may go on meanwhile.')
  .action(
    withConfig(async (config) => {
      const { withStorage } = await import('./with-storage.ts')
      const { rebuildIndex: indexAnew, mergeIndex } = await import('../editions/indexing.ts')
      const { rebuildDraftIndex: indexDraftsAnew } = await import('../articles/draft-index.ts')
      await withStorage(config, async (storage) => {
        await indexAnew(storage)
        await indexDraftsAnew(storage)
        await mergeIndex(storage)
      })
      say('The index is made anew.')
    }),
  )

program
  .command('verify-webhook')
  .description('Tell whether a message of a webhook is genuine. The secret is taken from WEBHOOK_SECRET.')
  .argument('[file]', 'the body as it arrived, byte for byte; the standard input if left out', '-')
  .requiredOption('--id <id>', 'the header webhook-id')
  .requiredOption('--timestamp <seconds>', 'the header webhook-timestamp')
  .requiredOption('--signature <signatures>', 'the header webhook-signature')
  .option('--tolerance <seconds>', 'how old it may be, or ahead; 0 for any age', secondsArgument, 300)
  .action(
    withConfig(async (_config, file: string, options: Verification) => {
      const { verifyWebhookCommand } = await import('./verify-webhook.ts')
      verifyWebhookCommand(file, options, process.env.WEBHOOK_SECRET)
      say('valid')
    }),
  )

program
  .command('openapi')
  .description('Write the OpenAPI document.')
  .option('--out <file>', 'the file; the standard output if left out')
  .action(
    withConfig(async (config, { out }: { out?: string }) => {
      const { openapiDocument } = await import('./openapi.ts')
      const text = `${JSON.stringify(await openapiDocument(config), null, 2)}\n`
      if (out === undefined) process.stdout.write(text)
      else writeFileSync(out, text)
    }),
  )

const given = process.argv.slice(2)
await program.parseAsync(given.length > 0 ? given : ['serve'], { from: 'user' })
