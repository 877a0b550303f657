import fc from "fast-check";
import { expect, test } from "vitest";
import { CopyRows } from "./copyRows.ts";

const written = (numbers: readonly number[], file = "data/9") => {
	const rows = new CopyRows({ file, loadedAt: "2026-11-21" });
	for (const number of numbers) {
		rows.begin();
		rows.text("x");
		rows.end(number);
	}
	return rows.take()?.data.toString().split("\n").slice(0, -1);
};

test("each row ends with its file, its own number, and the time", () => {
	expect(written([1, 2])).toEqual(["x\tdata/9\t1\t2026-11-21", "x\tdata/9\t2\t2026-11-21"]);
});

test("numbers that follow each other, gain a digit, or leave out what was rejected are written as they are", () => {
	const numbers = [1, 9, 10, 11, 99, 100, 101, 199, 200, 999, 1000, 1002, 1003, 99_999, 100_000, 5_000_000_000];
	expect(written(numbers)?.map((line) => Number(line.split("\t")[2]))).toEqual(numbers);
	const all = Array.from({ length: 1200 }, (_, i) => i + 1);
	expect(written(all)?.map((line) => Number(line.split("\t")[2]))).toEqual(all);
});

test("a row that is dropped leaves nothing, and the number of the next one is right", () => {
	const rows = new CopyRows({ file: "f", loadedAt: "t" });
	rows.end(1);
	rows.begin();
	rows.text("bad");
	rows.drop();
	rows.end(3);
	expect(rows.take()?.data.toString()).toBe("f\t1\tt\nf\t3\tt\n");
});

test("whole numbers are written digit by digit as String writes them", () => {
	const whole = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, 9, 10, -10, 99, 100, 10 ** 15));
	fc.assert(
		fc.property(fc.array(whole, { minLength: 1 }), (numbers) => {
			const rows = new CopyRows(null);
			rows.begin();
			for (const number of numbers) rows.whole(number);
			rows.end(1);
			expect(rows.take()?.data.toString()).toBe(`${numbers.join("\t")}\n`);
		}),
	);
});

test("a field that is written again is the same bytes, escapes and all, also where the buffer grows", () => {
	const rows = new CopyRows(null);
	rows.begin();
	const { here } = rows;
	rows.text("Köln\t\\");
	const field = rows.since(here);
	rows.text("x".repeat(2 << 20));
	rows.again(field);
	rows.ascii("1e+300");
	rows.end(1);
	const [first, , again, number] = rows.take()!.data.toString().split("\t");
	expect([first, again, number]).toEqual(["Köln\\t\\\\", first, "1e+300\n"]);
});
