import { urlPolicy } from '../../src/http/url-policy.ts'
import { Problem } from '../../src/lib/problem.ts'

const names: Record<string, string[]> = {
  'inside.example': ['10.0.0.1'],
  'mixed.example': ['93.184.216.34', '::1'],
  'public.example': ['93.184.216.34', '2606:2800:220:1::1'],
  'hooks.internal': ['10.0.0.1'],
}
const check = urlPolicy(['hooks.internal:8080', '[::2]'], async (host) =>
  (names[host] ?? []).map((address) => ({ address, family: 4 })),
)

describe('an address of a webhook', () => {
  it.each([
    'http://127.0.0.2/',
    'http://127.1/',
    'http://0.0.0.0/',
    'http://0/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://10.0.0.1/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:7f00:1]/',
    'http://[::ffff:8.8.8.8]/',
    'http://[::7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001::1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://\uff11\uff12\uff17.0.0.1/',
    'http://inside.example/',
    'http://mixed.example/',
    'https://user@public.example/',
    'https://:secret@public.example/',
    'file:///etc/passwd',
    'gopher://public.example/',
    'javascript:alert(1)',
    'http://hooks.internal/',
    'http://hooks.internal:8081/',
  ])('is refused: %s', async (url) => {
    const error = await check(url).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({ type: 'url-not-allowed' })
  })

  it.each([
    'https://public.example/hooks?of=ours',
    'http://93.184.216.34/',
    'http://[2606:2800:220:1::1]:8080/',
    'http://HOOKS.internal:8080/',
    'http://[0:0::2]:9/',
    'http://not-there-yet.example/',
  ])('is taken: %s', (url) => expect(check(url)).resolves.toBeUndefined())
})
