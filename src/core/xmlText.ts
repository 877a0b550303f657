/** Control characters that XML 1.0 has no place for, escaped or not. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"\n": "&#10;",
};

/** Text between two tags. */
export const xmlText = (value: string): string =>
	value.replace(FORBIDDEN, "").replace(/[&<>]/g, (sign) => ENTITIES[sign]!);

/** Text between the double quotes of an attribute. */
export const xmlAttribute = (value: string): string =>
	value.replace(FORBIDDEN, "").replace(/[&<>"\n]/g, (sign) => ENTITIES[sign]!);
