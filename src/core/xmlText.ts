/** Control characters and halves of surrogate pairs, which XML 1.0 has no place for, escaped or not. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;
const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"\t": "&#9;",
	"\n": "&#10;",
	"\r": "&#13;",
};

/** Text between two tags. A reader takes a carriage return that is not escaped for a line end. */
export const xmlText = (value: string): string =>
	value.replace(FORBIDDEN, "").replace(/[&<>\r]/g, (sign) => ENTITIES[sign]!);

/** Text between the double quotes of an attribute, where blanks that are not escaped become spaces. */
export const xmlAttribute = (value: string): string =>
	value.replace(FORBIDDEN, "").replace(/[&<>"\t\n\r]/g, (sign) => ENTITIES[sign]!);
