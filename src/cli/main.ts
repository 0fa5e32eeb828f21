#!/usr/bin/env node
import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { type KeyRole, keyRoles } from '../lib/roles.ts'
import { StorageUnusable } from '../storage/storage.ts'

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** Runs a command with the settings; what an operator can put right is told in a line, not in a stack. */
const withConfig =
  <A extends unknown[]>(command: (config: Config, ...args: A) => Promise<unknown>) =>
  async (...args: A) => {
    try {
      await command(readConfig(process.env), ...args)
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof StorageUnusable || isListenError(error))) throw error
      process.stderr.write(`dateline: ${error.message}\n`)
      process.exitCode = 1
    }
  }

const isListenError = (error: unknown): error is Error =>
  error instanceof Error && 'syscall' in error && error.syscall === 'listen'

const roleArgument = (value: string): KeyRole => {
  const role = keyRoles.find((one) => one === value)
  if (!role) throw new InvalidArgumentError(`It is one of ${keyRoles.join(', ')}.`)
  return role
}

const timeArgument = (value: string): string => {
  const time = new Date(value)
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It is a time such as 2030-01-31T12:00:00Z.')
  return time.toISOString()
}

const program = new Command('dateline')
  .description('A headless CMS for newsrooms. Settings come from the environment: see docs/configuration.md.')
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
  .command('serve', { isDefault: true })
  .description('Start the service. A new database is made, with a first admin key that is shown once.')
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
      const { openStorage } = await import('../storage/open.ts')
      const storage = await openStorage(config.DATABASE_URL)
      await storage.close()
      say('The schema is up to date.')
    }),
  )

const keys = program.command('keys').description('Make, list and revoke keys.')

keys
  .command('create')
  .description('Make a key. It is shown this once: the database keeps a hash of it.')
  .requiredOption('--role <role>', `what it may do: ${keyRoles.join(', ')}`, roleArgument)
  .option('--name <name>', 'whose it is', 'Unnamed')
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
      if (await revokeKeyCommand(config, id)) return say(`The key ${id} is revoked.`)
      process.stderr.write(`dateline: there is no key ${id}\n`)
      process.exitCode = 1
    }),
  )

program
  .command('sample')
  .description('Fill the database with a sample newsroom: about thirty invented stories with all that belongs to them.')
  .action(
    withConfig(async (config) => {
      const { sampleCommand } = await import('./sample.ts')
      await sampleCommand(config, say)
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

await program.parseAsync()
