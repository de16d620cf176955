# The comments of the headers are plain ones; Doxygen wants them marked.
1s|^/\*.*|/** \\file|
/^\/\* ---- /d
s|^( *)/\* |\1/** |
/^#define HYB_API/d
/^#/!s|([^ ]) +/\* |\1 /**< |
