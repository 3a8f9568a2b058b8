#!/bin/sh
# F1-F7 and D1-D4 beside other servers, and F7 once more with the delta-aware protocol: run.sh KIT [options of compare.py]
# The peers written in Python and JavaScript rest in a folder of their own, outside the project.
set -eu
kit=$1
shift
here=$(dirname "$0")
peers=${XDG_CACHE_HOME:-$HOME/.cache}/nuvol-bench
PATH=$PATH:/usr/sbin

[ -e "$kit/bench.py" ] || { echo "The benchmark kit is not at $kit: say make bench KIT=folder" >&2; exit 1; }
sh "$here/../tests/debian.sh" libnginx-mod-http-dav-ext nginx nodejs npm rclone wrk
if ! "$peers/bin/python" -c 'import copyparty, kinto, waitress' 2>/dev/null; then
	"$here/../.venv/bin/python" -m venv "$peers"
	"$peers/bin/pip" install -q copyparty kinto waitress
fi
if ! [ -e "$peers/node_modules/pouchdb" ]; then
	npm install --prefix "$peers" --no-audit --no-fund --silent express@4 express-pouchdb pouchdb
fi
export BENCH_NODE="$peers"
"$here/../.venv/bin/python" "$here/compare.py" --kit "$kit" --python "$peers/bin/python" "$@"
"$here/../.venv/bin/python" "$here/compare.py" --kit "$kit" --python "$peers/bin/python" --workloads D1,D2,D3,D4 \
	--peers nuvol,kinto-memory
"$here/../.venv/bin/python" "$here/delta.py"
