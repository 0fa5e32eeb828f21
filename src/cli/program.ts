/** The commands: what each takes, and what runs it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { type KeyRole, keyRoles } from '../access/roles.ts'
import { type Config, readConfig, settingsFromFiles } from '../config.ts'
import { line, Moment } from '../lib/schemas.ts'
import { UserError, userErrorText } from './user-error.ts'
import type { Verification } from './verify-webhook.ts'

/** What a command reads and writes. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>
  /** Writes to the standard output, and to that for errors. */
  out(text: string): void
  err(text: string): void
}

const parseRole = (value: string): KeyRole => {
  const role = keyRoles.find((known) => known === value)
  if (!role) throw new InvalidArgumentError(`It is one of ${keyRoles.join(', ')}.`)
  return role
}

const parseName = (value: string): string => {
  const { data } = line(200).safeParse(value)
  if (data === undefined) throw new InvalidArgumentError('It is a line of 1 to 200 characters.')
  return data
}

const parseTime = (value: string): string => {
  const { data } = Moment.safeParse(value)
  if (data === undefined) throw new InvalidArgumentError('It is a time such as 2030-01-31T12:00:00Z.')
  if (data <= new Date().toISOString()) throw new InvalidArgumentError('It is in the past.')
  return data
}

const parseSeconds = (value: string): number => {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('It is a number of seconds.')
  return Number(value)
}

const parseWorkers = (value: string): number => {
  if (!/^[1-9]\d?$/.test(value)) throw new InvalidArgumentError('It is a number from 1 to 99.')
  return Number(value)
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/**
 * Runs a command line, without the name of the program; the command is `serve` if there is none. Gives the exit code: 1
 * after an error that an operator can fix, which is printed as a message. Throws other errors.
 */
export async function runCommandLine(args: string[], terminal: Terminal): Promise<number> {
  try {
    await programFor(terminal).parseAsync(args.length > 0 ? args : ['serve'], { from: 'user' })
    return 0
  } catch (error) {
    // Its message is printed already, as `--help` is.
    if (error instanceof CommanderError) return error.exitCode
    const message = userErrorText(error)
    if (message === undefined) throw error
    terminal.err(message.replace(/^/gm, 'dateline: ').concat('\n'))
    return 1
  }
}

function programFor({ env, out, err }: Terminal): Command {
  const print = (text: string): void => out(`${text}\n`)
  const withConfig =
    <A extends unknown[]>(command: (config: Config, ...args: A) => Promise<void>) =>
    (...args: A) =>
      // The engine of the database is chosen by the environment of the process, too.
      command(readConfig(Object.assign(env, settingsFromFiles(env))), ...args)

  const program = new Command('dateline')
    .description('A headless CMS for newsrooms. Settings come from the environment: see docs/configuration.md.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: err,
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
  $ dateline serve                                      start the service at http://localhost:3000
  $ dateline keys create --role editor --name "Night desk"
  $ dateline sample                                     fill an empty database with sample content
  $ DATABASE_URL=postgres://localhost/news dateline migrate`,
    )

  program
    .command('serve')
    .description('Start the service (the default command). The first start creates an admin key and shows it once.')
    .option('--workers <number>', 'how many processes serve at the address, such as one for each core', parseWorkers, 1)
    .action(
      withConfig(async (config, { workers }: { workers: number }) => {
        const { serveCommand } = await import('./serve.ts')
        await serveCommand(config, workers)
      }),
    )

  program
    .command('migrate')
    .description('Create the database or apply pending migrations, then exit. `serve` also does this at start.')
    .action(
      withConfig(async (config) => {
        const { withStorage } = await import('./with-storage.ts')
        await withStorage(config, async () => {})
        print('The schema is up to date.')
      }),
    )

  const keys = program.command('keys').description('Create, list and revoke API keys.')

  keys
    .command('create')
    .description('Create a key and print it. It cannot be shown again: the database stores only its hash.')
    .requiredOption('--role <role>', `what the key may do: ${keyRoles.join(', ')}`, parseRole)
    .option('--name <name>', 'who or what uses the key', parseName, 'Unnamed')
    .option('--expires <time>', 'when the key expires, such as 2030-01-31T12:00:00Z', parseTime)
    .action(
      withConfig(async (config, { role, name, expires }: { role: KeyRole; name: string; expires?: string }) => {
        const { createKeyCommand } = await import('./keys.ts')
        print(await createKeyCommand(config, { role, name, expiresAt: expires }))
      }),
    )

  keys
    .command('list')
    .description('List the keys, newest first, without their secrets.')
    .action(
      withConfig(async (config) => {
        const { listKeysCommand } = await import('./keys.ts')
        await listKeysCommand(config, print)
      }),
    )

  keys
    .command('revoke')
    .description('Revoke a key. It stops working at once, in every process.')
    .argument('<id>', 'the id of the key, as `keys list` shows it')
    .action(
      withConfig(async (config, id: string) => {
        const { revokeKeyCommand } = await import('./keys.ts')
        if (!(await revokeKeyCommand(config, id))) throw new UserError(`there is no key ${id}`)
        print(`The key ${id} is revoked.`)
      }),
    )

  program
    .command('sample')
    .description('Fill an empty database with sample content: invented articles, authors, sources, sections and tags.')
    .action(
      withConfig(async (config) => {
        const { sampleCommand } = await import('./sample.ts')
        await sampleCommand(config, print)
      }),
    )

  program
    .command('reindex')
    .description('Rebuild the search indexes of editions and working copies. The service may run meanwhile.')
    .action(
      withConfig(async (config) => {
        const { withStorage } = await import('./with-storage.ts')
        const { mergeIndex } = await import('../editions/indexing.ts')
        const { rebuildIndexes } = await import('../articles/index-upkeep.ts')
        await withStorage(config, async (storage) => {
          await rebuildIndexes(storage)
          await mergeIndex(storage)
        })
        print('The indexes are rebuilt.')
      }),
    )

  program
    .command('backup')
    .description('Copy the SQLite database to a new file and verify the copy. The service may run and write meanwhile.')
    .argument('<file>', 'the file to create; it must not exist')
    .action(
      withConfig(async (config, file: string) => {
        const { backupCommand } = await import('./backup.ts')
        print(await backupCommand(config, file))
      }),
    )

  program
    .command('restore')
    .description('Verify a backup, and put a copy of it in the place of the database. Stop the service first.')
    .argument('<file>', 'the backup, which stays as it is')
    .option('--force', 'replace a database that is there; it stays beside the new one')
    .action(
      withConfig(async (config, file: string, options: { force?: boolean }) => {
        const { restoreCommand } = await import('./backup.ts')
        print(await restoreCommand(config, file, options))
      }),
    )

  program
    .command('doctor')
    .description(
      'Check the database: its file, editions, references, counts, indexes and changes. The service may run.',
    )
    .option('--repair', 'derive again what is wrong and can be derived from other data')
    .action(
      withConfig(async (config, options: { repair?: boolean }) => {
        const { doctorCommand } = await import('./doctor.ts')
        await doctorCommand(config, options, print)
      }),
    )

  program
    .command('verify-webhook')
    .description('Verify the signature of a webhook message. The secret is read from WEBHOOK_SECRET.')
    .argument('[file]', 'the body exactly as received; the standard input if left out', '-')
    .requiredOption('--id <id>', 'value of the header webhook-id')
    .requiredOption('--timestamp <seconds>', 'value of the header webhook-timestamp')
    .requiredOption('--signature <signatures>', 'value of the header webhook-signature')
    .option('--tolerance <seconds>', 'how far the timestamp may be from now; 0 accepts any', parseSeconds, 300)
    .action(
      withConfig(async (_config, file: string, options: Verification) => {
        const { verifyWebhookCommand } = await import('./verify-webhook.ts')
        verifyWebhookCommand(file, options, env.WEBHOOK_SECRET)
        print('valid')
      }),
    )

  program
    .command('openapi')
    .description('Write the OpenAPI document.')
    .option('--out <file>', 'the file to write; the standard output if left out')
    .action(
      withConfig(async (config, { out: file }: { out?: string }) => {
        const { openapiDocument } = await import('./openapi.ts')
        const text = `${JSON.stringify(await openapiDocument(config), null, 2)}\n`
        if (file === undefined) out(text)
        else writeFileSync(file, text)
      }),
    )

  return program
}
