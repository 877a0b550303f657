type Environment = Readonly<Record<string, string | undefined>>;

/** What OpenLineage's own variables ask for. */
export interface LineageSettings {
	readonly transport:
		| { readonly type: "http"; readonly url: string; readonly headers: Readonly<Record<string, string>> }
		/** Relative to the current folder; one event a line. */
		| { readonly type: "file"; readonly path: string };
	readonly namespace: string;
	/** The orchestrator's run: `namespace/name/runId`. */
	readonly parent: { readonly namespace: string; readonly name: string; readonly runId: string } | null;
}

/** Null: no events are made, which is so unless a URL or a file is set. */
export function lineageSettings(env: Environment): LineageSettings | null {
	if (/^(1|true|yes|on)$/i.test(env.OPENLINEAGE_DISABLED ?? "")) return null;
	const transport = transportOf(env);
	if (transport === null) return null;
	const [namespace = "", name = "", runId = ""] = (env.OPENLINEAGE_PARENT_ID ?? "").split("/");
	return {
		transport,
		namespace: env.OPENLINEAGE_NAMESPACE || "default",
		parent: namespace === "" || name === "" || runId === "" ? null : { namespace, name, runId },
	};
}

function transportOf(env: Environment): LineageSettings["transport"] | null {
	const path = env.OPENLINEAGE__TRANSPORT__LOG_FILE_PATH ?? "";
	if (env.OPENLINEAGE__TRANSPORT__TYPE === "file") return path === "" ? null : { type: "file", path };
	const base = env.OPENLINEAGE_URL || env.OPENLINEAGE__TRANSPORT__URL || "";
	if (base === "") return null;
	const endpoint = env.OPENLINEAGE_ENDPOINT || env.OPENLINEAGE__TRANSPORT__ENDPOINT || "api/v1/lineage";
	const key = env.OPENLINEAGE_API_KEY || env.OPENLINEAGE__TRANSPORT__AUTH__API_KEY || "";
	return {
		type: "http",
		url: `${base.replace(/\/+$/, "")}/${endpoint.replace(/^\/+/, "")}`,
		headers: key === "" ? {} : { authorization: `Bearer ${key}` },
	};
}
