import type { IncomingMessage } from 'node:http'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { Admission } from '../http/admission.ts'
import { serverFactory } from '../http/http-server.ts'
import { clientErrorHandler, frameworkErrors } from '../http/problems.ts'
import { refuseUndecodableQueries } from '../http/query-encoding.ts'
import { loggerOptions } from '../http/request-log.ts'
import { originForm } from '../http/request-target.ts'
import { serializerCompiler } from '../http/serializer.ts'
import type { Shortcut } from '../http/shortcut.ts'
import { trackingParameterRemover } from '../http/tracking-parameters.ts'
import { validatorCompiler } from '../http/validation.ts'
import { readerParameters } from '../lib/feed-urls.ts'
import { loggableError } from '../storage/faults.ts'
import type { AppDeps } from './services.ts'

/** Largest request body, in bytes. */
const BODY_LIMIT = 2 * 1024 * 1024
/** Longest path parameter, in characters. */
const MAX_PARAMETER = 300
/** Time limits of connections, in milliseconds. They close connections of slow or silent clients. */
export const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  connectionTimeout: 30_000,
  keepAliveTimeout: 72_000,
}

/** What is in front of the application. */
interface ServerParts {
  admission: Admission
  shortcut: Shortcut
  /** Assigns ids to requests. */
  requestId: (request: Pick<IncomingMessage, 'headers'>) => string
}

/** A Fastify server without routes. It logs to `logStream`, or to the standard output if that is undefined. */
export function createServer({
  config,
  logStream,
  admission,
  shortcut,
  requestId,
}: Pick<AppDeps, 'config' | 'logStream'> & ServerParts): FastifyInstance {
  const withoutTracking = trackingParameterRemover(readerParameters)
  const app = fastify({
    ...TIMEOUTS,
    serverFactory: serverFactory(TIMEOUTS, admission, shortcut),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    trustProxy: config.TRUST_PROXY as boolean,
    rewriteUrl: ({ url = '/' }) => withoutTracking({ url: originForm(url) }),
    genReqId: requestId,
    logger: loggerOptions(config.LOG_LEVEL, loggableError, logStream),
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger per request costs more than most replies; log lines name their request instead.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    clientErrorHandler,
    frameworkErrors,
    return503OnClosing: false,
  } as FastifyServerOptions) as FastifyInstance
  app.setValidatorCompiler(validatorCompiler)
  refuseUndecodableQueries(app)
  app.setSerializerCompiler(serializerCompiler)
  return app
}
