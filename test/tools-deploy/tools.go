//go:build tools

// Package tools pins the version of kustomize, which renders the manifests of deploy/ in tests.
package tools

import _ "sigs.k8s.io/kustomize/kustomize/v5"
