# The page for a class or a server: docker build -t hearsight . && docker run --rm -p 127.0.0.1:7860:7860
#   -v hearsight-runs:/runs -v hearsight-share:/share -v hearsight-cache:/cache hearsight      More: docs/operations.md
FROM python:3.11-slim

# torch for the CPU alone, a tenth of the usual download; another index for a GPU.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --extra-index-url "$TORCH_INDEX" -r requirements.txt

COPY app.py LICENSE ./
COPY assets assets
COPY training training
COPY explorer explorer

RUN useradd --create-home --uid 1000 hearsight && mkdir /runs /share /cache && chown hearsight /runs /share /cache
USER hearsight
VOLUME ["/runs", "/share", "/cache"]
ENV HEARSIGHT_HOST=0.0.0.0 HEARSIGHT_PORT=7860 HEARSIGHT_RUNS=/runs XDG_DATA_HOME=/share XDG_CACHE_HOME=/cache \
    PYTHONDONTWRITEBYTECODE=1
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/favicon.ico', timeout=9)"]
CMD ["python", "app.py"]
