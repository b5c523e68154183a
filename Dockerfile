# Built in one stage, run from another that holds the binary and nothing to build with.
# The compiler of rust-toolchain.toml: a test holds that they agree.
FROM rust:1.95.0-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked --bin plumbline

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/plumbline --create-home plumbline
COPY --from=build /src/target/dist/plumbline /usr/local/bin/plumbline
USER plumbline
WORKDIR /var/lib/plumbline
VOLUME /var/lib/plumbline
EXPOSE 8000
ENV PLUMBLINE_LISTEN=0.0.0.0:8000 PLUMBLINE_LOG__FORMAT=json
ENTRYPOINT ["plumbline"]
CMD ["serve"]
