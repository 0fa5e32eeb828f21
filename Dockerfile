# Node 24.19 to 24.21 end the process (SIGABRT) when better-sqlite3 was compiled with their own headers, as it is below
# where no binary of it can be downloaded: https://github.com/nodejs/node/issues/65446. Node 22 does not.
ARG NODE=22.23.3

# Build: compiles the one native module where no binary of it fits, and the TypeScript.
FROM node:${NODE}-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
# What is optional stays: sharp's binaries for this platform are.
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

# Run: what the service needs, and nothing else.
FROM node:${NODE}-slim
# The commit, for /version: docker build --build-arg DATELINE_COMMIT=$(git rev-parse --short HEAD) …
ARG DATELINE_COMMIT=
ENV NODE_ENV=production \
  DATELINE_COMMIT=$DATELINE_COMMIT \
  HOST=0.0.0.0 \
  PORT=3000 \
  DATABASE_URL=/data/dateline.db
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY migrations ./migrations
COPY docs ./docs
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=100", "--single-threaded-gc", "--expose-gc", "dist/cli/main.js", "serve"]
