//go:build tools

// Package tools pins what the end-to-end suite builds and reads: the imports are all there is to it.
package tools

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "istio.io/api/networking/v1"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
)
