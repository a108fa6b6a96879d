"""Grafana's alerting as far as our rules use it: reads the generated files and does what Grafana would do."""
