# syntax=docker/dockerfile:1
# The image: Node 24 without a shell or a package manager, and the bundle. Any user id will do; nothing is written.
# The bases by digest, so that the same source makes the same image. renovate.json raises them; by hand:
#   docker buildx imagetools inspect gcr.io/distroless/nodejs24-debian12:nonroot --format '{{.Manifest.Digest}}'
ARG BUILD_IMAGE=node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:14d42e2511532589a7c7e01a753667a74fcc96266e137e8125006b87b0c32d0a

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json build.mjs ./
COPY test/vendor ./test/vendor
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src ./src
RUN node build.mjs && printf '{"type":"module"}\n' > dist/package.json

FROM ${RUN_IMAGE}
ARG RUN_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="recognize-health" \
      org.opencontainers.image.description="Tells whether PingOne Recognize is healthy, and what the troubleshooting guide says to do." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${RUN_IMAGE}"
# distroless keeps node outside of PATH; the manifests call it by its name.
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin \
    NODE_ENV=production
WORKDIR /app
COPY --from=build /build/dist /app
USER 65532:65532
EXPOSE 8080
# The flags give up speed that nobody here misses for memory (docs/performance.md). --liftoff-only is about the
# WebAssembly that undici reads HTTP with: to optimise it takes 40 MB for a moment.
ENTRYPOINT ["node", "--optimize-for-size", "--liftoff-only", "--no-sparkplug", "--max-semi-space-size=4", "--v8-pool-size=1", "--max-old-space-size=96", "/app/recognize-health.js"]
CMD ["operator"]
