//go:build tools

// Package tools pins Helm, which installs the chart of deploy/ in tests: the import is all there is to it.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
