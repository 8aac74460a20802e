# One file for every image: docker build --build-arg SERVICE=catalog -t octopus-coupons/catalog .
# SERVICE is catalog, redemption, scheduler, notification, targeting, front-door, dev-issuer or provision.
ARG NODE_IMAGE=node:24.21.0-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No install scripts: the compiler's native parts are packages of their own. The npm package `node` (a devDependency that
# gives developers' machines Node 24) stays empty that way; the image's own Node is the same version.
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY bench ./bench
COPY libs ./libs
COPY services ./services
COPY apps ./apps
COPY tools ./tools
RUN node node_modules/@nestjs/cli/bin/nest.js build --all

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

# What this service needs of what was built, and the two commands that every image answers to.
FROM build AS parts
ARG SERVICE
COPY docs/api ./docs/api
RUN set -eu; \
    room=''; \
    for place in services apps tools; do \
      if [ -f "dist/$place/$SERVICE/src/main.js" ]; then room="$place/$SERVICE"; fi; \
    done; \
    [ -n "$room" ] || { echo "SERVICE: there is no service, app or tool '$SERVICE'" >&2; exit 1; }; \
    mkdir -p /parts/dist/libs "/parts/dist/${room%/*}"; \
    cp -r dist/libs/contracts dist/libs/platform dist/libs/qr-codes /parts/dist/libs/; \
    cp -r "dist/$room" "/parts/dist/$room"; \
    if [ "$SERVICE" = provision ]; then cp -r dist/libs/servers /parts/dist/libs/; fi; \
    if [ "$SERVICE" = front-door ]; then \
      mkdir -p /parts/apps/front-door /parts/docs; \
      cp -r apps/front-door/public /parts/apps/front-door/public; \
      cp -r docs/api /parts/docs/api; \
    fi; \
    echo "await import('./dist/$room/src/main.js');" > /parts/main.js; \
    if [ -f "dist/$room/src/migrate.js" ]; then \
      echo "await import('./dist/$room/src/migrate.js');" > /parts/migrate.js; \
    fi

FROM ${NODE_IMAGE}
WORKDIR /app
# The young generation: what a batch of requests holds shall die there, and not be copied on.
ENV NODE_ENV=production \
    NODE_OPTIONS="--enable-source-maps --max-semi-space-size=32" \
    HOST=0.0.0.0 \
    PORT=8080
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=parts /parts ./
# A volume for it is then writable without root: the catalog keeps images of coupons there where it has no bucket.
RUN mkdir /data && chown 1000:1000 /data
# The number, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 8080
# Says that the process answers; compose and Kubernetes ask /health/ready themselves.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and takes SIGTERM itself. Migration: the same image with `node migrate.js`.
CMD ["node", "main.js"]
