# syntax=docker/dockerfile:1
# Searchboard with the extra "paper" (PDF). Settings come from the environment: see .env.example.

# With a digest, the same bytes every time: --build-arg PYTHON_IMAGE=python:3.13-slim-trixie@sha256:… (compose.yaml asks for it).
ARG PYTHON_IMAGE=python:3.13-slim-trixie

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
COPY requirements.txt requirements-paper.txt ./
RUN python -m venv /opt/searchboard \
    && /opt/searchboard/bin/pip install --no-cache-dir --require-hashes -r requirements.txt -r requirements-paper.txt
COPY pyproject.toml README.md LICENSE ./
COPY board board
COPY realtime realtime
COPY models models
COPY static static
COPY templates templates
# docker build --build-arg COMMIT=$(git rev-parse HEAD): `board --version` tells it. A release has it already.
ARG COMMIT=""
RUN if [ -n "$COMMIT" ]; then echo "$COMMIT" > board/commit.txt; fi
RUN /opt/searchboard/bin/pip install --no-cache-dir --no-deps .

FROM ${PYTHON_IMAGE}
# Pango draws the text of PDFs.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core openssl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/searchboard --shell /usr/sbin/nologin searchboard
COPY --from=build /opt/searchboard /opt/searchboard
# A new volume takes its owner from here.
RUN install -d -o 10001 -g 10001 -m 700 /var/lib/searchboard/files /var/lib/searchboard/backups /certificates
USER 10001
WORKDIR /var/lib/searchboard
ENV PATH=/opt/searchboard/bin:$PATH HOST=0.0.0.0 PORT=8000 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["board"]
CMD ["serve"]
