// What the Swift runtime asks of a C library and a bare WebAssembly module has not.
#include <stddef.h>

// Hash seeds must not matter to the model, so a constant serves; a model that leaks hash order is found natively,
// where the seed differs from process to process.
void arc4random_buf(void *buffer, size_t count) {
  unsigned char *bytes = buffer;
  for (size_t place = 0; place < count; place++) bytes[place] = (unsigned char)(place * 37 + 11);
}

void *__stack_chk_guard = (void *)0x5bd1e995;

void __stack_chk_fail(void) { __builtin_trap(); }

// A trap says what it found broken before it ends the program; a page has nowhere to print it.
int putchar(int character) { return character; }

// Reads a number for Swift's Double(_: String); the end of what was read tells whether all of it was.
double strtod(const char *, char **);

const char *_swift_stdlib_strtod_clocale(const char *text, double *result) {
  char *end = (char *)text;
  *result = strtod(text, &end);
  return end == text ? NULL : end;
}

// strtod reads through the C library's streams, which would import files from the page; there are none to open.
enum { bad_descriptor = 8 };

int __imported_wasi_snapshot_preview1_fd_close(int descriptor) { return bad_descriptor; }

int __imported_wasi_snapshot_preview1_fd_seek(int descriptor, long long offset, int from, void *place) { return bad_descriptor; }

int __imported_wasi_snapshot_preview1_fd_write(int descriptor, const void *pieces, int count, void *written) { return bad_descriptor; }
