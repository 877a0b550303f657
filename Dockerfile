# tfm in a container: the project is mounted at /project, secrets come as environment variables.
#   docker build -t tfm .
#   docker run --rm -v "$PWD:/project" -e DBT_ENV_SECRET_PASSWORD tfm run --target prod
FROM node:22-slim AS build
WORKDIR /src
COPY . .
RUN npm ci && npm pack --pack-destination /tmp

FROM node:22-slim
# Packages from git (`tfm deps`) need git; nothing else is needed beside Node.
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /tmp/tfm-sql-*.tgz /tmp/tfm.tgz
RUN npm install --global --omit=dev /tmp/tfm.tgz && rm /tmp/tfm.tgz && npm cache clean --force
USER node
WORKDIR /project
# SIGTERM cancels the run: queries are stopped, the summary is printed, the exit code is 130.
ENTRYPOINT ["tfm"]
CMD ["--help"]
