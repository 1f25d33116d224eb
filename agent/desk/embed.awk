# od -An -v -tu1 of several files -> agent/desk/asset.h's table.  Each file
# begins with a line "=NAME".
/^=/ {
	if (name != "")
		print "};"
	name = substr($0, 2)
	order[++n] = name
	print "static const unsigned char " name "[] = {"
	next
}
{
	gsub(/^ +/, "")
	gsub(/ +/, ",")
	print $0 ","
}
END {
	print "};"
	print "const struct asset_bytes asset_table[ASSET_END] = {"
	for (i = 1; i <= n; i++)
		print "[ASSET_" toupper(order[i]) "] = { " order[i] \
		    ", sizeof " order[i] " },"
	print "};"
}
