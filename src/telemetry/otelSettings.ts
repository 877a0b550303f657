type Environment = Readonly<Record<string, string | undefined>>;

/** What OpenTelemetry's own variables ask for. */
export interface OtelSettings {
	/** Where traces go. */
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Of the resource: service.name and what OTEL_RESOURCE_ATTRIBUTES adds. */
	readonly resource: Readonly<Record<string, string>>;
	readonly timeoutMs: number;
	/** TFM_OTEL_QUERY_TEXT: SQL goes into the spans. */
	readonly queryText: boolean;
	readonly traceparent: string | undefined;
}

/** `a=1,b=2`, values percent-encoded (the W3C's baggage, which OpenTelemetry took over). */
function pairs(text: string | undefined): Record<string, string> {
	const read: Record<string, string> = {};
	for (const part of (text ?? "").split(",")) {
		const cut = part.indexOf("=");
		if (cut > 0) read[part.slice(0, cut).trim()] = decoded(part.slice(cut + 1).trim());
	}
	return read;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

const isOn = (value: string | undefined): boolean => /^(1|true|yes|on)$/i.test(value ?? "");

/** Null: nothing is to be traced, which is so unless an endpoint is set. */
export function otelSettings(env: Environment): OtelSettings | null {
	if (isOn(env.OTEL_SDK_DISABLED) || env.OTEL_TRACES_EXPORTER === "none") return null;
	const base = env.OTEL_EXPORTER_OTLP_ENDPOINT;
	const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || (base ? `${base.replace(/\/+$/, "")}/v1/traces` : "");
	if (url === "") return null;
	const timeout = Number(env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? env.OTEL_EXPORTER_OTLP_TIMEOUT);
	return {
		url,
		headers: { ...pairs(env.OTEL_EXPORTER_OTLP_HEADERS), ...pairs(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS) },
		resource: {
			"service.name": "tfm",
			...pairs(env.OTEL_RESOURCE_ATTRIBUTES),
			...(env.OTEL_SERVICE_NAME ? { "service.name": env.OTEL_SERVICE_NAME } : {}),
		},
		timeoutMs: timeout > 0 ? Math.min(timeout, 30_000) : 10_000,
		queryText: isOn(env.TFM_OTEL_QUERY_TEXT),
		traceparent: env.TRACEPARENT,
	};
}
