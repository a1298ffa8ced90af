# One image for every part of edubadges that is ours: the four services, the worker, the start page and the agent.
# The agent has an environment of its own inside it, because its pins must not decide ours.
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
COPY requirements /build/requirements
COPY deploy/wheels /build/wheels
COPY deploy/install.sh package.json package-lock.json /build/
WORKDIR /build
RUN sh install.sh main /opt/edubadges
RUN sh install.sh agent /opt/agent
RUN sh install.sh pages /opt/pages

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/edubadges/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
RUN groupadd --gid 10001 edubadges \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin edubadges \
 && install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=build /opt/edubadges /opt/edubadges
COPY --from=build /opt/agent /opt/agent
COPY --from=build /opt/pages/node_modules /app/node_modules
COPY pyproject.toml /app/
COPY vc_core /app/vc_core
COPY service_kit /app/service_kit
COPY did_registry /app/did_registry
COPY issuer_agent /app/issuer_agent
COPY wallet /app/wallet
COPY verifier /app/verifier
COPY edubadges /app/edubadges
COPY deploy/entrypoint.py deploy/healthy.py /app/deploy/
RUN python -m compileall -q /app
WORKDIR /app
USER 10001:10001
VOLUME /data
ENTRYPOINT ["python", "/app/deploy/entrypoint.py"]
CMD ["issuer"]
