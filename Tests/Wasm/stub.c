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
