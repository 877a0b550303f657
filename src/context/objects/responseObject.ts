import { HostObject, PyDict, toText, type Value } from "../../jinja/jinja.ts";

/** What the database said about a statement: dbt's AdapterResponse; prints its message. */
export class ResponseObject extends HostObject {
	readonly typeName = "AdapterResponse";
	readonly #message: string;
	readonly #code: Value;
	readonly #rows: Value;

	constructor(message: string, code: Value, rows: Value) {
		super();
		this.#message = message;
		this.#code = code;
		this.#rows = rows;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "_message":
			case "message":
				return this.#message;
			case "code":
				return this.#code;
			case "rows_affected":
				return this.#rows;
		}
		return undefined;
	}

	override item(key: Value): Value {
		return typeof key === "string" ? this.attribute(key) : undefined;
	}

	override toText(): string {
		return this.#message;
	}

	override toPlainValue(): Value {
		return PyDict.from({ _message: this.#message, code: this.#code, rows_affected: this.#rows });
	}
}

/** What a response says; a materialization may have stored a text or a dict of its own in place of one. */
export function responseOf(value: Value): {
	readonly message: string;
	readonly code: string | null;
	readonly rowsAffected: number | null;
} {
	const part = (name: string): Value =>
		value instanceof ResponseObject ? value.attribute(name) : value instanceof PyDict ? value.get(name) : undefined;
	const [message, code, rows] = [part("_message"), part("code"), part("rows_affected")];
	return {
		message: message == null ? (value == null ? "" : toText(value)) : toText(message),
		code: code == null ? null : toText(code),
		rowsAffected: typeof rows === "number" ? rows : null,
	};
}
