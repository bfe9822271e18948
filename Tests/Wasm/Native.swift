/// Prints the digest of every check as the page computes it in this process.
@main
enum Native {
  static func main() {
    for (place, check) in checks.enumerated() {
      print("\(place) \(check.digest()) \(check.name)")
    }
  }
}
