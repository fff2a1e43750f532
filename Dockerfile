# Threadline in a container. The database, `threadline.yml` and nothing else live in /data.
#
#   docker build -t threadline .
#   docker run -d --restart=always --env-file .env -v threadline:/data -p 127.0.0.1:3000:3000 threadline

FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/threadline \
    && /opt/threadline/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY bot bot
COPY sla sla
COPY store store
RUN /opt/threadline/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
COPY --from=build /opt/threadline /opt/threadline
RUN useradd --system --uid 10001 --home-dir /data threadline && install -d -o threadline -m 0700 /data
USER threadline
WORKDIR /data
VOLUME /data
ENV PATH=/opt/threadline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    THREADLINE_LISTEN=0.0.0.0:3000 \
    THREADLINE_LOG=json
EXPOSE 3000
# The program needs up to ten seconds to finish what is in flight: `docker stop --time 15`.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/healthz', timeout=4)"]
ENTRYPOINT ["threadline"]
CMD ["run"]
