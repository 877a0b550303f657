import { expect, it } from "vitest";
import { diagnostic } from "./diagnostic.ts";

it("has dbt's words with the package of a seed that a unit test names", () => {
	const words = (input: string) => diagnostic("TFM-UNIT-005", { label: "", input, package: "shop" }).dbt;
	expect(words("ref('countries')")).toBe("Unable to find seed 'shop.countries' for unit tests");
	expect(words("ref('geo', 'countries')")).toBe("Unable to find seed 'geo.countries' for unit tests");
});
