/** The plainest forms of values, known by their bytes: what has one is copied as it stands, without becoming a text. */

/** Whether the bytes of a field have a form. */
export type PlainForm = (from: Uint8Array, start: number, end: number) => boolean;

const digits = (b: Uint8Array, start: number, end: number): boolean => {
	for (let i = start; i < end; i++) if (b[i]! < 48 || b[i]! > 57) return false;
	return end > start;
};

/** A number of so many digits at most, no zero in front. */
export const wholePlain =
	(most: number) =>
	(b: Uint8Array, start: number, end: number): boolean => {
		const from = b[start] === 45 ? start + 1 : start;
		if (end - from > most || !digits(b, from, end)) return false;
		return b[from] !== 48 || (end === from + 1 && from === start);
	};

export function numberPlain(b: Uint8Array, start: number, end: number): boolean {
	const from = b[start] === 45 ? start + 1 : start;
	if (end - from > 30) return false;
	let point = -1;
	for (let i = from; i < end; i++) {
		const c = b[i]!;
		if (c === 46 && point === -1 && i > from && i + 1 < end) point = i;
		else if (c < 48 || c > 57) return false;
	}
	return end > from;
}

const two = (b: Uint8Array, at: number): number => (b[at]! - 48) * 10 + b[at + 1]! - 48;

/** Days up to the 28th of every month; later ones are looked at more closely. */
export function dayPlain(b: Uint8Array, start: number, end: number): boolean {
	if (end - start !== 10 || b[start + 4] !== 45 || b[start + 7] !== 45) return false;
	if (!digits(b, start, start + 4) || !digits(b, start + 5, start + 7) || !digits(b, start + 8, end)) return false;
	const [month, day] = [two(b, start + 5), two(b, start + 8)];
	return month >= 1 && month <= 12 && day >= 1 && day <= 28 && (b[start] !== 48 || b[start + 1] !== 48);
}

export function momentPlain(b: Uint8Array, start: number, end: number): boolean {
	if (end - start !== 19 || !dayPlain(b, start, start + 10)) return false;
	if ((b[start + 10] !== 32 && b[start + 10] !== 84) || b[start + 13] !== 58 || b[start + 16] !== 58) return false;
	if (!digits(b, start + 11, start + 13) || !digits(b, start + 14, start + 16) || !digits(b, start + 17, end))
		return false;
	return two(b, start + 11) < 24 && two(b, start + 14) < 60 && two(b, start + 17) < 60;
}

export function booleanPlain(b: Uint8Array, start: number, end: number): boolean {
	if (end - start === 4)
		return b[start] === 116 && b[start + 1] === 114 && b[start + 2] === 117 && b[start + 3] === 101;
	if (end - start !== 5 || b[start] !== 102 || b[start + 1] !== 97) return false;
	return b[start + 2] === 108 && b[start + 3] === 115 && b[start + 4] === 101;
}
