import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { NoQuery } from '../http/common-schemas.ts'
import type { ZodTypes } from '../http/validation.ts'
import type { Storage } from '../storage/storage.ts'
import { storageVersions } from '../storage/versions.ts'
import { version } from './services.ts'

const Version = z
  .object({
    version: z.string().meta({ description: 'The version of Dateline.', examples: ['0.1.0'] }),
    commit: z
      .string()
      .nullable()
      .meta({
        description: 'The commit that it was built from, if `DATELINE_COMMIT` says so.',
        examples: ['48b514e'],
      }),
    schema: z.string().meta({ description: 'The last migration of the database.', examples: ['0006_jobs'] }),
    node: z.string().meta({ description: 'The version of Node.js.', examples: ['v22.23.3'] }),
    engine: z.string().meta({ description: 'The database engine.', examples: ['SQLite 3.50.2'] }),
  })
  .meta({ id: 'Version', description: 'What runs here.' })

/** Registers `/version`, for admins: versions help those who look for known faults. */
export function registerVersion(
  server: FastifyInstance,
  { storage, config }: { storage: Storage; config: { DATELINE_COMMIT?: string | undefined } },
): void {
  server.withTypeProvider<ZodTypes>().get(
    '/version',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'getVersion',
        summary: 'Get the versions',
        description: 'The versions of the service, of what it runs on, and of its database.',
        tags: ['Operations'],
        querystring: NoQuery,
        response: { 200: Version },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      const { engine, schema } = await storageVersions(storage.reader)
      return { version, commit: config.DATELINE_COMMIT ?? null, schema, node: process.version, engine }
    },
  )
}
