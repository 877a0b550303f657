import { type CodeEntry, code } from "./entry.ts";

export const ALERT_CODES = {
	"TFM-ALERT-001": code<{ channel: string; reason: string }>({
		message: (f) => `an alert could not be sent to ${f.channel}: ${f.reason}`,
		next: (f) => `tfm alerts test ${f.channel}`,
		explain:
			"A run that fails tells the channels of `alerts:`. This one did not take the message after all tries, or it is not set up here (an environment variable is missing). The run itself is as it was: an alert never fails it. What could not be sent is sent by the next run that finds the same failure.",
	}),
	"TFM-ALERT-002": code<{ field: string }>({
		message: (f) => `${f.field} opens a door to others and stands in the file`,
		next: () => `write it as "{{ env_var('NAME') }}" and set the variable where tfm runs`,
		explain:
			"Addresses of incoming webhooks, keys, tokens and passwords of alert channels are secrets. A project file is kept in git, so tfm takes them from environment variables only, and replaces their values in everything that it prints.",
	}),
	"TFM-ALERT-003": code<{ channel: string; where: string; known: readonly string[]; suggestion: string | undefined }>({
		message: (f) => `${f.where} names the channel "${f.channel}", which is not there`,
		hint: (f) =>
			f.suggestion === undefined
				? `channels: ${f.known.length === 0 ? "none" : f.known.join(", ")}`
				: `did you mean "${f.suggestion}"?`,
		explain: "A route sends to channels by their names under `alerts: channels:`, and so does `tfm alerts test`.",
	}),
	"TFM-ALERT-004": code<{ where: string; value: string; expected: string }>({
		message: (f) => `${f.where} is "${f.value}", expected ${f.expected}`,
		explain:
			"Times of day are written with their time zone (`07:00 Europe/Prague`), hours of silence as `22:00-07:00 Europe/Prague`, durations as `30s`, `15m`, `26h` or `2d`.",
	}),
	"TFM-ALERT-005": code<{ hook: string; reason: string }>({
		message: (f) => `the command of ${f.hook} failed: ${f.reason}`,
		explain:
			"A command under `on_failure`, `on_success` or `on_layer_done` of `alerts:` ended with an error or took longer than 30 seconds. The run is as it was.",
	}),
	"TFM-ALERT-006": code<{ reason: string }>({
		message: (f) => `what was alerted could not be written down: ${f.reason}`,
		hint: () => "the message was sent all the same; the next run may send it again",
		explain:
			"tfm writes down what it is about to send in the table tfm_state.alerts, so that nothing is sent twice. Where the database cannot be reached it keeps the same in a file under the target folder.",
	}),
	"TFM-ALERT-007": code<Record<string, never>>({
		message: () => "the project has no alerts",
		next: () => "add alerts: with channels and routes to the project file (docs/alerts.md)",
		explain: "`tfm alerts` looks at `alerts:` in tfm_project.yml, or in tfm.yml beside a dbt_project.yml.",
	}),
	"TFM-ALERT-008": code<{ layer: string; known: readonly string[]; where: string; suggestion: string | undefined }>({
		message: (f) => `${f.where} names the layer "${f.layer}", which is not there`,
		hint: (f) =>
			f.suggestion === undefined
				? `layers: ${f.known.length === 0 ? "none" : f.known.join(", ")}`
				: `did you mean "${f.suggestion}"?`,
		explain: "Routes and promises under `alerts:` speak of layers by the names under `layers:`.",
	}),
} satisfies Record<string, CodeEntry<never>>;
