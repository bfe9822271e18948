import Foundation
import PackagePlugin

/// Hands every file of the course to `embed-course`, which writes it into the target as Swift source.
///
/// The files are inputs, so a change is noticed by every build. The folders are inputs too, so a new file is noticed;
/// the list of inputs itself is made anew only when the package is planned again, which `make` sees to.
@main
struct EmbedCourse: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let root = context.package.directoryURL
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedCourse.swift")
    let inputs = ["Lessons", "Content"].flatMap { contents(of: root.appending(path: $0)) }
    return [
      .buildCommand(
        displayName: "Embedding the course",
        executable: try context.tool(named: "embed-course").url,
        arguments: [root.path(percentEncoded: false), output.path(percentEncoded: false)],
        inputFiles: inputs,
        outputFiles: [output]
      )
    ]
  }

  /// The folder, its folders and its files, or nothing where it does not exist.
  private func contents(of folder: URL) -> [URL] {
    guard
      let walk = FileManager.default.enumerator(
        at: folder,
        includingPropertiesForKeys: nil,
        options: [.skipsHiddenFiles]
      )
    else { return [] }
    let inside = walk.compactMap { $0 as? URL }
    guard !inside.isEmpty else { return [] }
    return [folder] + inside.sorted { $0.path < $1.path }
  }
}
