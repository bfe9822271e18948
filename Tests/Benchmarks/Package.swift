// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who builds or tests Orrery builds this too.
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "orrery", path: "../..")],
  targets: [
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        .product(name: "Clockwork", package: "orrery"),
        .product(name: "Kubernetes", package: "orrery"),
        .product(name: "Curriculum", package: "orrery"),
      ],
      path: "Benchmarks",
      swiftSettings: [.treatAllWarnings(as: .error)]
    )
  ],
  swiftLanguageModes: [.v6]
)
