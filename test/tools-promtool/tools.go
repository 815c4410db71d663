//go:build tools

// Package tools pins the version of Prometheus: promtool checks the rules of deploy/ in tests, and Prometheus itself
// draws the board with real figures.
package tools

import (
	_ "github.com/prometheus/prometheus/cmd/prometheus"
	_ "github.com/prometheus/prometheus/cmd/promtool"
)
