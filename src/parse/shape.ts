/** `names` = one name or a list of names; `name list` = a list of them, and not null where the key is there (dbt); `tests` = a list whose items are checked where tests are made. */
export type Shape =
	| "text"
	| "flag"
	| "map"
	| "list"
	| "names"
	| "name list"
	| "any"
	| "tests"
	| { readonly items: Fields }
	| { readonly fields: Fields };

export type Fields = { readonly [key: string]: Shape };
