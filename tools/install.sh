# Sourced by the commands beside it, with $root (the repository) and $name (who asks). Leaves node_modules as the lock
# file says, with $root/node_modules/.cache/skein/nats-server linked to its Node; exits when that cannot be done.

# npm writes its own record last, so a killed installation is never taken for a whole one.
installed() {
  [ -x "$root/node_modules/.bin/node" ] && [ -f "$root/node_modules/.package-lock.json" ] || return 1
  [ "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ] || return 0
  # A checkout touches the lock file without changing it.
  cmp -s "$root/package-lock.json" "$root/node_modules/.cache/skein/package-lock.json" || return 1
  touch "$root/node_modules/.package-lock.json"
}

# NODE_ENV=production, ignore-scripts or engine-strict in somebody's environment must not leave half of it out.
run_npm() (
  unset NODE_OPTIONS
  cd "$root" && npm "$@" --include=dev --include=optional --ignore-scripts=false --engine-strict=false \
    --no-audit --no-fund --loglevel=error
)

# The lock is a dangling link that names its owner: made in one step, so it is never seen without one.
lock=$root/.install-lock
until ln -s "pid:$$" "$lock" 2>/dev/null; do
  owner=$(readlink "$lock") || {
    [ -w "$root" ] && continue
    echo "$name: $root is not writable, and its dependencies are not installed" >&2
    exit 1
  }
  if kill -0 "${owner#pid:}" 2>/dev/null; then sleep 0.2; else rm -f "$lock"; fi
done
trap 'rm -f "$lock"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ! installed; then
  command -v npm >/dev/null || { echo "$name: npm is needed to install the dependencies, and is not on PATH" >&2; exit 1; }
  echo "$name: installing dependencies (once, about half a minute)" >&2
  # A whole installation is brought up to date in place, since servers may be running from it; `npm ci` would empty it.
  # And `npm ci` refuses a lock file that it would complete itself, say for a workspace that was just added.
  [ -f "$root/node_modules/.package-lock.json" ] || output=$(run_npm ci 2>&1) || true
  if ! installed && ! output=$(run_npm install --no-save 2>&1); then
    printf '%s\n' "$output" >&2
    echo "$name: npm could not install the dependencies" >&2
    exit 1
  fi
fi
mkdir -p "$root/node_modules/.cache/skein"
cp "$root/package-lock.json" "$root/node_modules/.cache/skein/package-lock.json"
ln -sf ../../.bin/node "$root/node_modules/.cache/skein/nats-server"

rm -f "$lock"
trap - EXIT INT TERM
