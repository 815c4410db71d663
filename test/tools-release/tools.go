//go:build tools

// Package tools pins what makes the packages, and what checks the workflows.
package tools

import (
	_ "github.com/goreleaser/nfpm/v2/cmd/nfpm"
	_ "github.com/rhysd/actionlint/cmd/actionlint"
)
