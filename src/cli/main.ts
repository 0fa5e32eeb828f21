#!/usr/bin/env node
import { runCommandLine } from './program.ts'

// The reader of the output may close it early, as `head` does; its disk may be full.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!['EPIPE', 'ENOSPC', 'ERR_STREAM_DESTROYED'].includes(error.code ?? '')) throw error
})

const code = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
})
// An explicit exit: a pending DNS lookup would keep the process alive.
if (code !== 0) process.exit(code)
