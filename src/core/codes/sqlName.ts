/** A name in a statement that a message asks a person to send: in double quotes where Postgres would fold or refuse it. */
export const sqlName = (name: string): string =>
	/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
