#!/usr/bin/env bash
# kubectl for an API server without nodes and controllers. What only these can do is checked as far as the API server goes, and
# what our own program does in a Pod it does here. KUBECTL is the real one, PROGRAM ours; all else is left to KUBECTL.
set -euo pipefail

# The words but for those that match.
without() {
  local pattern=$1 word
  shift
  words=()
  for word in "$@"; do
    if [[ ! $word =~ ^($pattern)$ ]]; then words+=("$word"); fi
  done
}

case " $* " in
*' rollout '*)
  without 'rollout|status|undo' "$@"
  "$KUBECTL" get "${words[@]}" >/dev/null
  ;;
*' logs '* | *' port-forward '*)
  without 'logs|port-forward|[0-9]+' "$@"
  "$KUBECTL" get "${words[@]}" >/dev/null
  ;;
*' run '*)
  without '-it|--rm' "$@"
  [[ ${words[*]} == *' -- '* ]]
  "$KUBECTL" "${words[@]:0:1}" --dry-run=server "${words[@]:1}" >/dev/null
  ;;
*' exec '*' -- node /app/main.js '*)
  "$KUBECTL" -n serviceentry-dns get deployment serviceentry-dns >/dev/null
  corefile=$("$KUBECTL" -n serviceentry-dns get configmaps -l app.kubernetes.io/name=serviceentry-dns \
    -o jsonpath='{.items[-1:].data.Corefile}')
  while [[ $1 != /app/main.js ]]; do shift; done
  shift
  sed "s#^ *kubernetes\$#kubeconfig $KUBECONFIG#" <<<"$corefile" | "$PROGRAM" "${@/#\/etc\/serviceentry-dns\/Corefile/stdin}"
  ;;
*' delete -k '* | *' delete namespace '*)
  # There is nobody who ends a namespace.
  "$KUBECTL" "$@" --dry-run=server
  ;;
*' apply -k deploy/overlays/remote-cluster '*)
  "$KUBECTL" "$@"
  # What the controller of tokens does.
  token=$("$KUBECTL" -n serviceentry-dns create token serviceentry-dns | base64 -w 0)
  authority=$("$KUBECTL" config view --raw -o jsonpath='{.clusters[0].cluster.certificate-authority-data}')
  "$KUBECTL" -n serviceentry-dns patch secret serviceentry-dns-token \
    -p "{\"data\":{\"token\":\"$token\",\"ca.crt\":\"$authority\"}}" >/dev/null
  ;;
*)
  exec "$KUBECTL" "$@"
  ;;
esac
