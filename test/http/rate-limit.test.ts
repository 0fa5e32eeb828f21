import { networkOf } from '../../src/http/rate-limit.ts'
import { rateWindows } from '../../src/lib/rate-windows.ts'

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8::/64'],
  ['::1', '::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['unknown', 'unknown'],
  ['not:an:address', 'not:an:address'],
])('the rate limit counts %s as %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network)
})

describe('windows of requests', () => {
  it('begin with the first request of a client, and end after a minute', () => {
    const windows = rateWindows()
    expect(windows.count('a', 2, 1_000)).toMatchObject({ count: 1, end: 61_000 })
    expect(windows.count('a', 2, 60_999)).toMatchObject({ count: 2, end: 61_000 })
    expect(windows.count('b', 2, 60_999)).toMatchObject({ count: 1, end: 120_999 })
    expect(windows.count('a', 2, 61_000)).toMatchObject({ count: 1, end: 121_000 })
  })

  it('are not forgotten in a flood of addresses, for those at their limit or with more requests than the flood', () => {
    const windows = rateWindows(100)
    for (let count = 0; count < 12; count++) windows.count('over', 10, 0)
    for (let count = 0; count < 5; count++) windows.count('busy', 10, 0)
    for (let address = 0; address < 10_000; address++) windows.count(`flood-${address}`, 10, 1)
    expect(windows.count('over', 10, 2).count).toBe(13)
    expect(windows.count('busy', 10, 2).count).toBe(6)
    expect(windows.count('flood-0', 10, 2).count).toBe(1)
    expect(windows.count('flood-9999', 10, 2).count).toBe(2)
  })

  it('are all kept where all are at their limit', () => {
    const windows = rateWindows(100)
    for (let address = 0; address < 1_000; address++) windows.count(`${address}`, 1, 0)
    for (let address = 0; address < 1_000; address++) expect(windows.count(`${address}`, 1, 1).count).toBe(2)
  })
})
