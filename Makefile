# Every target does its own set-up: on Debian, what is missing is installed with apt-get, and said.
# `make learn ARGS="components/create-pod --lang ko"` passes arguments on.

ARGS ?=

.PHONY: learn build test test-browser lab wasm bench record format release clean need need-test course

learn: need course
	@swift build -c release --product orrery
	@.build/release/orrery learn $(ARGS)

build: need course
	swift build

test: need-test course
	@.ci/test

test-browser: need course
	@.ci/browser

# Asks a real kernel what the model says of packets: as root, in network namespaces of its own.
lab: need course
	@.ci/need python3 python3
	@.ci/need iproute2 ip
	@.ci/need iptables iptables-restore
	@.ci/need conntrack conntrack
	@case "$(ARGS)" in *--sample*) ;; *) .ci/need tshark tshark ;; esac
	@swift build --product network-lab
	@python3 Tests/Lab/lab.py .build/debug/network-lab $(ARGS)

wasm: need-test course
	@WASM_LEVEL=-Osize .ci/wasm

bench: need course
	@swift build -c release --product orrery
	@swift run -c release --package-path Tests/Benchmarks --scratch-path .build-bench benchmarks $(ARGS)

# Writes the expected transcripts, screens and pages anew. Read the difference before you commit it.
record: need course
	RECORD=1 swift test --disable-xctest $(ARGS)

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

# One file without the toolchain's libraries: it runs on any machine with the same or a newer C library.
release: need course
	STATIC_CMARK=1 swift build -c release --static-swift-stdlib --product orrery --scratch-path .build-static
	@echo "The program: $$(readlink -f .build-static/release/orrery)"

clean:
	rm -rf .build .build-static .build-bench

need:
	@.ci/need libcmark-dev /usr/include/cmark.h

need-test: need
	@.ci/need wasi-libc /usr/lib/wasm32-wasi/libc.a
	@.ci/need libclang-rt-14-dev-wasm32 '/usr/lib/llvm-*/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a'

course:
	@.ci/course-changed
