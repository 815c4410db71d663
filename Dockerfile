# Builds the bundle with Node and npm, and puts nothing but the bundle on top of an image with Node 26.
#
#   docker build --tag serviceentry-dns .
#   docker build --build-arg BASE=my/nodejs-without-a-shell:26 --tag serviceentry-dns .
#
# NODE_IMAGE needs Node, npm and a shell; it is only built with. BASE needs `node` in its PATH and no shell. The bundle is
# JavaScript, and koffi, which serves UDP in batches, comes built for each architecture. So an image for another one is built
# without emulation:
#
#   docker build --platform linux/amd64,linux/arm64 --tag serviceentry-dns .
#
# VERSION, COMMIT and SOURCE (a URL) become labels of the image; `-version` and coredns_build_info have the commit too.
ARG NODE_IMAGE=node:26-slim
ARG BASE=node:26-slim

FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY bundle.config.ts tsconfig.json ./
COPY src src
ARG COMMIT=
# Node must know that the files are ES modules without reading them twice.
RUN BUILD_COMMIT="$COMMIT" npm run build && echo '{ "type": "module" }' > dist/package.json

# Downloads what the bundle does not carry, for the architecture that the image is for.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS addon
ARG TARGETARCH
WORKDIR /addon
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --os=linux \
      --cpu="$(node -p "({ amd64: 'x64' })[process.env.TARGETARCH] || process.env.TARGETARCH || process.arch")"

FROM ${BASE}
LABEL org.opencontainers.image.title="serviceentry-dns" \
      org.opencontainers.image.description="A CoreDNS-style DNS server for the hosts of Istio ServiceEntries" \
      org.opencontainers.image.licenses="Apache-2.0"
ARG VERSION=
ARG COMMIT=
ARG SOURCE=
LABEL org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.source="$SOURCE"
COPY --from=build /source/dist /app
COPY --from=addon /addon/node_modules/@koromix /app/node_modules/@koromix
COPY --from=addon /addon/node_modules/koffi/package.json /addon/node_modules/koffi/index.cjs \
     /addon/node_modules/koffi/LICENSE.txt /app/node_modules/koffi/
# glibc would keep what reading large files took: up to 64 MB in each of its arenas. src/runtime/tuning/README.md has figures.
ENV MALLOC_ARENA_MAX=2
ENV MALLOC_TRIM_THRESHOLD_=131072
# Where distroless images have Node, outside of their PATH.
ENV PATH=$PATH:/nodejs/bin
# A number, so that `runAsNonRoot` of Kubernetes can see that it is not root.
USER 65532:65532
# DNS, health, ready, metrics.
EXPOSE 53/udp 53/tcp 8080/tcp 8181/tcp 9153/tcp
ENTRYPOINT ["node", "/app/main.js"]
CMD ["-conf", "/etc/serviceentry-dns/Corefile"]
