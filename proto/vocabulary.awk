# Turns proto/vocabulary.txt into a C table.  Works with mawk.  Whatever is
# wrong with the data stops the build: a code that comes twice (so a retired
# number cannot return), a label over ten words, a word it does not know.

function die(what) {
	printf "vocabulary.txt:%d: %s\n", NR, what > "/dev/stderr"
	failed = 1
	exit 1
}

function quote(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

# The text after the first `n` fields of the line.
function rest(n,    s, i) {
	s = $0
	sub(/^[ \t]+/, "", s)
	for (i = 0; i < n; i++)
		sub(/^[^ \t]+[ \t]*/, "", s)
	return s
}

# "1 2 14" into the expression of a bit set.
function kinds(from,    s, i) {
	s = "0"
	for (i = from; i <= NF; i++) {
		if ($i !~ /^[0-9]+$/ || $i < 1 || $i > 16)
			die("no kind of agency: " $i)
		s = s " | 1u << " $i
	}
	return s
}

BEGIN {
	n = 0
	groups = 0
	split("retired harmful helpful shield court opens naming claiming " \
	    "change survivor", known, " ")
	for (i in known)
		flag_of[known[i]] = "VOCABULARY_" toupper(known[i])
}

/^#/ || /^[ \t]*$/ { next }

/^@version [0-9]+$/ { version = $2; next }

/^@group / {
	if (NF < 4)
		die("a group needs name, scope and title")
	if ($2 in group_title)
		die("group comes twice: " $2)
	group = $2
	group_scope[group] = ($3 == "-") ? "SCOPE_NONE" : "SCOPE_" $3
	group_title[group] = rest(3)
	group_uses[group] = "0"
	group_name[groups++] = group
	code = ""
	next
}

/^[A-Z]/ {
	code = $1
	if (group == "")
		die("code before the first group: " code)
	if (group != "CO" && code !~ ("^" group "[0-9]+$"))
		die("code is not of group " group ": " code)
	if (code in seen)
		die("code comes twice, a number is never used again: " code)
	if (NF < 2 || NF > 11)
		die("a label has one to ten words: " code)
	seen[code] = n
	id[n] = code
	label[n] = rest(1)
	of[n] = group
	uses[n] = ""
	n++
	next
}

/^[ \t]+uses / && code == "" { group_uses[group] = kinds(2); next }
code == "" { die("expected a code or a group: " $0) }
/^[ \t]+tags / { s = rest(1); gsub(/ +/, ",", s); tags[n - 1] = s; next }
/^[ \t]+words / { words[n - 1] = rest(1); next }
/^[ \t]+uses / { uses[n - 1] = kinds(2); next }

/^[ \t]+ask / {
	s = rest(1)
	at = index(s, " | ")
	if (at > 0) {
		t = substr(s, at + 3)
		gsub(/ +/, ",", t)
		ask[n - 1] = t
		s = substr(s, 1, at - 1)
	}
	prompt[n - 1] = s
	next
}

/^[ \t]+flags / {
	for (i = 2; i <= NF; i++) {
		if (!($i in flag_of))
			die("no such flag: " $i)
		flags[n - 1] = flags[n - 1] (i > 2 ? " | " : "") flag_of[$i]
	}
	next
}

{ die("not understood: " $0) }

END {
	if (failed)
		exit 1
	if (version == "")
		die("no @version")
	for (i = 0; i < n; i++) {
		m = split(ask[i], next_code, ",")
		for (j = 1; j <= m; j++)
			if (!(next_code[j] in seen))
				die(id[i] " asks for an unknown code: " \
				    next_code[j])
	}
	print "/* Made from proto/vocabulary.txt; do not edit. */"
	print "#include \"proto/vocabulary.h\"\n"
	printf "const unsigned vocabulary_table_version = %d;\n", version
	printf "const size_t vocabulary_table_n = %d;\n\n", n
	print "const struct vocabulary_group_row" \
	    " vocabulary_group_table[GROUP_END] = {"
	print "\t[GROUP_NONE] = { \"\", \"\" },"
	for (i = 0; i < groups; i++)
		printf "\t[GROUP_%s] = { %s, %s },\n", group_name[i], \
		    quote(group_name[i]), quote(group_title[group_name[i]])
	print "};\n\nconst struct vocabulary_code vocabulary_table[] = {"
	for (i = 0; i < n; i++) {
		printf "\t{ %s, %s,\n", quote(id[i]), quote(label[i])
		printf "\t    %s, %s,\n", quote(tags[i]), quote(words[i])
		printf "\t    %s, %s,\n", \
		    prompt[i] == "" ? "NULL" : quote(prompt[i]), quote(ask[i])
		printf "\t    %s, %s, GROUP_%s, %s },\n", \
		    uses[i] == "" ? group_uses[of[i]] : uses[i], \
		    flags[i] == "" ? "0" : flags[i], of[i], \
		    group_scope[of[i]]
	}
	print "};"
}
