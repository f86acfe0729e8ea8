#!/bin/sh
# End-to-end tests on a cluster with real pods. One that is up is used and stays; else one is made, and
# removed when they are over.
set -u
cd "$(dirname "$0")/.."
mkdir -p .reports
rm -f .reports/not-run-e2e .reports/e2e-*.json

was_up=false
if node tools/cluster/main.ts find >/dev/null 2>&1; then was_up=true; fi
# Compiling takes minutes the first time: what it says is for whoever waits, too.
{ node tools/cluster/main.ts up 2>&1 >/dev/null; echo $? >.reports/cluster.status; } | tee .reports/cluster.log >&2
if [ "$(cat .reports/cluster.status)" != 0 ]; then
  echo "NOT RUN: tests on a cluster. $(tail -n 1 .reports/cluster.log | sed 's/^cluster: //')" | tee .reports/not-run-e2e
  if [ "${CI:-}" = true ]; then exit 1; fi
  exit 0
fi

R2K8S_TEST_CERT_MANAGER=$(sh tools/test-server.sh cert-manager --build)
export R2K8S_TEST_CERT_MANAGER
status=0
for lane in pods faults; do
  vitest run --config "test/e2e/$lane.vitest.config.ts" --reporter=default --reporter=json \
    --outputFile.json=".reports/e2e-$lane.json" "$@" || status=1
done
if [ "$was_up" = false ]; then node tools/cluster/main.ts down; fi
exit "$status"
