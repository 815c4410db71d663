#!/usr/bin/env bash
# Helm for an API server that is built without its version, which charts may ask for: the chart is rendered for the version that
# HELM has by default, and kubectl does the rest. KUBECTL and HELM are the real ones; releases are kept in RELEASES.
set -euo pipefail
command=$1 release=$2
args=() namespace=default
while (($# > 0)); do
  case $1 in
  --namespace) namespace=$2 && args+=("$1" "$2") && shift ;;
  --create-namespace) "$KUBECTL" create namespace "$namespace" --dry-run=client -o yaml | "$KUBECTL" apply -f - >/dev/null ;;
  *) args+=("$1") ;;
  esac
  shift
done

case $command in
install | upgrade)
  if [[ $command == upgrade ]]; then [[ -e $RELEASES/$release ]]; fi
  "$HELM" template "${args[@]:1}" --no-hooks >"$RELEASES/$release"
  "$KUBECTL" --namespace "$namespace" apply -f "$RELEASES/$release"
  ;;
uninstall)
  "$KUBECTL" --namespace "$namespace" delete -f "$RELEASES/$release"
  rm "$RELEASES/$release"
  ;;
*)
  echo "helm $command is not played" >&2
  exit 1
  ;;
esac
