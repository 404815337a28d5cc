# Prometheus of Debian with the ledger's rules, watching the service `server`.
FROM debian:bookworm-slim
RUN apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends prometheus && \
    rm -rf /var/lib/apt/lists/* && \
    groupadd --system --gid 903 metrics && useradd --system --uid 903 --gid 903 metrics && \
    install -d -o metrics -g metrics -m 700 /var/lib/metrics
COPY deploy/monitoring/alerts.yml deploy/monitoring/prometheus.yml /etc/chipledger-monitoring/
RUN chmod 755 /etc/chipledger-monitoring && chmod 644 /etc/chipledger-monitoring/* && \
    sed -i 's/localhost:8080/server:8080/' /etc/chipledger-monitoring/prometheus.yml && \
    promtool check config /etc/chipledger-monitoring/prometheus.yml
USER 903:903
VOLUME /var/lib/metrics
EXPOSE 9090
ENTRYPOINT ["prometheus", "--config.file=/etc/chipledger-monitoring/prometheus.yml", \
  "--storage.tsdb.path=/var/lib/metrics", "--web.console.templates=", "--web.console.libraries="]
