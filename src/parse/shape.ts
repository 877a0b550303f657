/** `names` = one name or a list of names; `tests` = a list whose items are checked where tests are made. */
export type Shape =
	| "text"
	| "flag"
	| "map"
	| "list"
	| "names"
	| "any"
	| "tests"
	| { readonly items: Fields }
	| { readonly fields: Fields };

export type Fields = { readonly [key: string]: Shape };
