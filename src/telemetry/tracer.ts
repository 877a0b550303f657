import type { RunEvent } from "../core/events.ts";
import type { OtelSettings } from "./otelSettings.ts";
import { post } from "./post.ts";
import { otlpDocument, SpanMaker } from "./spans.ts";

/** As many spans as a request holds by OpenTelemetry's own default. */
const BATCH = 512;

/** Spans of a run, sent while it goes on and at its end. A collector that does not answer is left alone from then on. */
export class Tracer {
	readonly #settings: OtelSettings;
	readonly #spans: SpanMaker;
	#sending: Promise<void> = Promise.resolve();
	#reason: string | null = null;

	constructor(settings: OtelSettings, about: Readonly<Record<string, string | null>>) {
		this.#settings = settings;
		this.#spans = new SpanMaker(settings, about);
	}

	receive(event: RunEvent): void {
		this.#spans.receive(event);
		if (this.#spans.waiting >= BATCH) this.#send();
	}

	/** Sends the rest. Answers why it could not, or null. */
	async finish(at: string): Promise<string | null> {
		this.#spans.breakOff(at);
		this.#send();
		await this.#sending;
		return this.#reason;
	}

	#send(): void {
		const spans = this.#spans.take();
		if (spans.length === 0) return;
		const { url, headers, resource, timeoutMs } = this.#settings;
		this.#sending = this.#sending.then(async () => {
			if (this.#reason === null) this.#reason = await post(url, otlpDocument(spans, resource), headers, timeoutMs);
		});
	}
}
